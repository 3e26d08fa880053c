-- expect: drop-table:2 drop-table:3
DROP TABLE IF EXISTS public.audit_log,
  public."AuditArchive";
