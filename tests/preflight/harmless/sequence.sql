CREATE SEQUENCE invoice_numbers START 1000;
ALTER SEQUENCE invoice_numbers OWNED BY invoices.number;
