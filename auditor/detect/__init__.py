"""Which text is a credential: the engine nominates, ``re`` decides, place and nature have the last word."""
