"""Text inside text: what an encoding hides from a matcher that reads bytes as they stand.

``clues`` tells where something may be encoded, ``views`` gives it decoded together with the way back to its bytes, and
the matcher looks at a view as it does at a file. ``settle`` then says which of all that was found is reported.
"""
