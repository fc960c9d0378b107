create table "saved_comparison" ("id" uuid not null, "created_at" timestamptz(3) not null, "name" text not null, "state" text not null, "updated_at" timestamptz(3) not null, primary key ("id"));
