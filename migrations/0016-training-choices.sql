alter table "training_run" add "probes" jsonb not null default '[]', add "trials" jsonb not null default '[]';
