field-until = 截止日期
field-partner = 伙伴城市
field-search = 已保存的搜索
field-heading = 标题
field-body = 正文
field-clauses = 条款
