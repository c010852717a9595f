field-until = حتى
field-partner = المدينة الشريكة
field-search = البحث المحفوظ
field-heading = العنوان
field-body = النص
field-clauses = البنود
