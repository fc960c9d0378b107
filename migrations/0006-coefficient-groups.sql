alter table "fusion_run" add "coefficient_groups" jsonb null;
