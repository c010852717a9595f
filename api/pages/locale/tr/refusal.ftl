field-until = Bitiş
field-partner = Ortak şehir
field-search = Kayıtlı arama
field-heading = Başlık
field-body = Metin
field-clauses = Maddeler
