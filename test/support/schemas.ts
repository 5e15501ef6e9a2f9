import * as path from 'node:path';
import type { SchemaSource } from '@app/database';

const apps = path.join(__dirname, '..', '..', 'apps');

/** Every schema of the installation. */
export const SCHEMAS: SchemaSource[] = ['registration', 'subsidy', 'migrant', 'exchange', 'gateway'].map((schema) => ({
  schema,
  folder: path.join(apps, schema, 'src', 'migrations'),
}));
