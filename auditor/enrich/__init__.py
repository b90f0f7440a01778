"""What a credential is worth: how long it lives, what it may do, how old it is, and where it stands.

Offline only: everything here is read from the value itself, from what stands beside it, and from the provider's rules.
"""
