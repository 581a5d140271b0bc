"""Every wire shape, once, in marshmallow; the merge-policy table and the OpenAPI come from here."""
