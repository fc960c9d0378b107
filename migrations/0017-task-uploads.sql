create type "upload_purpose" as enum ('ADAPTER', 'TASK');
alter table "adapter_upload" add "purpose" "upload_purpose" not null default 'ADAPTER';
