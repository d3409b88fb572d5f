"""How other systems call our columns and values: the table of synonyms (`synonyms.toml`) and how it is looked up."""
