create table "extraction_run" ("id" uuid not null, "created_at" timestamptz(3) not null, "state" "run_state" not null default 'QUEUED', "attempt" int not null default 0, "crashes" int not null default 0, "worker" int null, "queue_job" uuid null, "cancel_requested_at" timestamptz(3) null, "progress" jsonb null, "problem" jsonb null, "backend" jsonb null, "timings" jsonb not null, "peak_memory_bytes" double precision null, "started_at" timestamptz(3) null, "finished_at" timestamptz(3) null, "log" jsonb not null, "name" text not null, "base_id" uuid not null, "model_id" uuid not null, "rank" int null, "energy" double precision null, "targets" jsonb null, "report" jsonb null, "output_id" uuid null, primary key ("id"));
create index "extraction_run_state_index" on "extraction_run" ("state");
alter table "extraction_run" add constraint "extraction_run_output_id_unique" unique ("output_id");

alter type "origin" add value if not exists 'EXTRACTED' after 'FUSED';

alter table "extraction_run" add constraint "extraction_run_base_id_foreign" foreign key ("base_id") references "base_model" ("id") on delete restrict;
alter table "extraction_run" add constraint "extraction_run_model_id_foreign" foreign key ("model_id") references "base_model" ("id") on delete restrict;
alter table "extraction_run" add constraint "extraction_run_output_id_foreign" foreign key ("output_id") references "adapter" ("id") on delete set null;
