"""The local cloud: every AWS service Foyer uses, in one process on this machine.

``launcher`` is that process, ``cloud`` starts and stops it, ``patches`` brings it closer to
AWS where it matters to Foyer, and ``python -m infra.localcloud`` is the command line.
"""
