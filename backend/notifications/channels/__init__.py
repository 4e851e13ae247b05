"""The ways a message reaches a person. Each module talks to one service."""
