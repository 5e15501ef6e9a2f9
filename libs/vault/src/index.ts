export { KeyRing } from './key-ring';
export { EnvironmentKeys, FileKeys, WrappedKeys } from './key-source';
export { FileKek, type KeyWrapper } from './key-wrapper';
export { openVault, type VaultOptions } from './open-vault';
export { PROFILE_NAMES, type ProfileName } from './profiles';
export type { SealedColumn } from './reseal.repository';
export { type Rotated, Rotation, type RotationOptions, type SealedSchema, type VaultStatus } from './rotation';
export * from './vault';
