create type "upload_state" as enum ('OPEN', 'COMPLETE');
create type "export_format" as enum ('PEFT', 'MERGED_MODEL');
create type "export_dtype" as enum ('F32', 'F16', 'BF16');
create table "adapter_upload" ("id" uuid not null, "created_at" timestamptz(3) not null, "state" "upload_state" not null default 'OPEN', "token_digest" text not null, "expires_at" timestamptz(3) not null, "declared_bytes" double precision null, "declared_sha256" text null, "files" jsonb not null, "received_bytes" double precision null, "received_sha256" text null, "skipped_entries" int not null default 0, primary key ("id"));
create index "adapter_upload_expires_at_index" on "adapter_upload" ("expires_at");

create table "import_run" ("id" uuid not null, "created_at" timestamptz(3) not null, "state" "run_state" not null default 'QUEUED', "attempt" int not null default 0, "crashes" int not null default 0, "worker" int null, "queue_job" uuid null, "cancel_requested_at" timestamptz(3) null, "progress" jsonb null, "problem" jsonb null, "backend" jsonb null, "timings" jsonb not null, "peak_memory_bytes" double precision null, "started_at" timestamptz(3) null, "finished_at" timestamptz(3) null, "log" jsonb not null, "name" text not null, "base_id" uuid null, "task_id" uuid null, "source" jsonb not null, "inspection" jsonb null, "output_id" uuid null, primary key ("id"));
create index "import_run_state_index" on "import_run" ("state");
alter table "import_run" add constraint "import_run_output_id_unique" unique ("output_id");

create table "export_run" ("id" uuid not null, "created_at" timestamptz(3) not null, "state" "run_state" not null default 'QUEUED', "attempt" int not null default 0, "crashes" int not null default 0, "worker" int null, "queue_job" uuid null, "cancel_requested_at" timestamptz(3) null, "progress" jsonb null, "problem" jsonb null, "backend" jsonb null, "timings" jsonb not null, "peak_memory_bytes" double precision null, "started_at" timestamptz(3) null, "finished_at" timestamptz(3) null, "log" jsonb not null, "adapter_id" uuid not null, "format" "export_format" not null, "max_rank" int null, "dtype" "export_dtype" null, "max_shard_bytes" double precision null, "files" jsonb not null, "loss" jsonb null, primary key ("id"));
create index "export_run_state_index" on "export_run" ("state");
create index "export_run_adapter_id_index" on "export_run" ("adapter_id");


alter table "adapter" add "own_frame_digest" text null, add "inspection" jsonb null;
create index "adapter_own_frame_digest_index" on "adapter" ("own_frame_digest");

alter table "import_run" add constraint "import_run_base_id_foreign" foreign key ("base_id") references "base_model" ("id") on delete restrict;
alter table "import_run" add constraint "import_run_task_id_foreign" foreign key ("task_id") references "task" ("id") on delete restrict;
alter table "import_run" add constraint "import_run_output_id_foreign" foreign key ("output_id") references "adapter" ("id") on delete set null;

alter table "export_run" add constraint "export_run_adapter_id_foreign" foreign key ("adapter_id") references "adapter" ("id") on delete cascade;
