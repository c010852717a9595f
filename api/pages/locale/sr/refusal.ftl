field-until = До
field-partner = Град партнер
field-search = Сачувана претрага
field-heading = Наслов
field-body = Текст
field-clauses = Клаузуле
