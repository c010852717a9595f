field-until = Until
field-partner = Partner city
field-search = Saved search
field-heading = Heading
field-body = Text
field-clauses = Clauses
