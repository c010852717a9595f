field-until = До
field-partner = Город-партнёр
field-search = Сохранённый поиск
field-heading = Заголовок
field-body = Текст
field-clauses = Статьи
