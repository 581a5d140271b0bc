"""`view.db`, what people search: made from the log and made anew at any time. SPEC V."""
