import type { SealedColumn } from '@app/vault';

/** What a person's sealed numbers are bound to, beside their column and the person's id. */
export const PERSON_SEAL = 'registration.person';
export const FACT_SEAL = 'registration.fact';

/** The same of a parent who is described in a birth registration. */
export const PARTY_SEAL = 'registration.birth_registration_party';

/** Every sealed column of the register, as in its table `sealed_column`. What a row was keeps the binding of the row. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  ...['person', 'person_history'].flatMap((table) =>
    ['id_number_sealed', 'birth_certificate_sealed'].map((column) => ({ table, column, boundTo: PERSON_SEAL })),
  ),
  { table: 'birth_registration_party', column: 'id_number_sealed', boundTo: PARTY_SEAL },
  { table: 'fact', column: 'number_sealed', boundTo: FACT_SEAL },
  { table: 'newborn_matter', column: 'certificate_sealed', boundTo: 'newborn_matter' },
  { table: 'certificate_holder', column: 'number_sealed', boundTo: 'certificate_holder' },
  { table: 'newborn_parent', column: 'number_sealed', boundTo: 'newborn_parent' },
];
