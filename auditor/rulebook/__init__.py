"""Rules as data: one YAML file a provider, loaded whole or refused with file, id and field."""
