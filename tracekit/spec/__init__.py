"""The standard as data: tables, sets, messages, lexical rules and the validators made from them."""
