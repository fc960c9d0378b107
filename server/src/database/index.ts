export { databaseErrors } from './errors.js';
export { migrate } from './migrate.js';
export { openOrm, type OrmOptions } from './orm.js';
export { startPostgres, type EmbeddedPostgres } from './postgres/start-postgres.js';
