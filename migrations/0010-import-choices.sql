create type "dora_import" as enum ('REFUSE', 'FULL_RANK');
alter table "import_run" add "dora" "dora_import" not null default 'REFUSE', add "changed_base" boolean not null default false, add "start" jsonb null;
