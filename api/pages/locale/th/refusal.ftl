field-until = จนถึง
field-partner = เมืองพันธมิตร
field-search = การค้นหาที่บันทึกไว้
field-heading = หัวข้อ
field-body = ข้อความ
field-clauses = ข้อกำหนด
