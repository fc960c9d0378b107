alter table "fusion_member" add "output_id" uuid null, add "fidelity" jsonb null;
alter table "fusion_member" add constraint "fusion_member_output_id_foreign" foreign key ("output_id") references "adapter" ("id") on delete set null;
alter table "fusion_member" add constraint "fusion_member_output_id_unique" unique ("output_id");
