field-until = ຈົນຮອດ
field-partner = ເມືອງຄູ່ຮ່ວມງານ
field-search = ການຊອກຫາທີ່ບັນທຶກໄວ້
field-heading = ຫົວຂໍ້
field-body = ຂໍ້ຄວາມ
field-clauses = ຂໍ້ກຳນົດ
