"""Accounts: the people Cognito knows, and what Foyer keeps about them."""
