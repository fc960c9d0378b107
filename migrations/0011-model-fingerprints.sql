alter table "model_fusion_run" add "fingerprint" text null;
create index "model_fusion_run_fingerprint_index" on "model_fusion_run" ("fingerprint");
