"""The frozen value types that every other package speaks. Standard library only, no behaviour.

`facts` what a program file says of itself; `needs` what it wants from a base;
`provides` what a base has; `verdicts` needs minus provides; `report` all of it for output.
"""
