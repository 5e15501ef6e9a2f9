import { Refusal } from '@app/kernel';

/** Every way the vault can say no. Codes are part of the interface: add, never rename. */
export const refuse = {
  broken: (table: string, column: string) =>
    new Refusal(
      'SEAL_BROKEN',
      {
        zh: `${table}.${column} 的一个密封值无法打开：它被改动或移动过，或密封它的密钥不在密钥环中。请从备份恢复该值，或补回缺失的密钥版本。`,
        en: `A sealed value of ${table}.${column} does not open: it was altered or moved, or the key it was sealed with is not in the key ring. Restore the value from a backup, or put the missing key version back.`,
      },
      { table, column },
    ),
  profileUnavailable: (profile: string, missing: string) =>
    new Refusal(
      'VAULT_PROFILE_UNAVAILABLE',
      {
        zh: `密码套件 ${profile} 不可用：本机 Node.js 的 OpenSSL 缺少 ${missing}。请换用含 ${missing} 的 Node.js，或使用 aes-256-gcm。`,
        en: `The cipher profile ${profile} is not available: the OpenSSL of this Node.js has no ${missing}. Use a Node.js that has it, or aes-256-gcm.`,
      },
      { profile, missing },
    ),
  openToOthers: (file: string) =>
    new Refusal(
      'VAULT_FILE_OPEN_TO_OTHERS',
      {
        zh: `密钥文件 ${file} 可被其他用户读取，拒绝使用。请运行 chmod 600 ${file}；若他人可能已读过，随后轮换密钥（vault rotate）。`,
        en: `The key file ${file} can be read by others and is not used. Run chmod 600 ${file}; if somebody may have read it, rotate the keys afterwards (vault rotate).`,
      },
      { file },
    ),
  ringBroken: (where: string) =>
    new Refusal(
      'VAULT_RING_BROKEN',
      {
        zh: `${where} 中的密钥环不完整或被改动。请从密钥备份恢复；不要新建，新密钥打不开已有数据。`,
        en: `The key ring in ${where} is incomplete or was altered. Restore it from the backup of the keys; do not make a new one, which would open nothing that is stored.`,
      },
      { where },
    ),
  kekMissing: (file: string) =>
    new Refusal(
      'VAULT_KEK_MISSING',
      {
        zh: `密钥环 ${file} 中的密钥是加封的，但没有用于开封的密钥。请设置 YANGYU_VAULT_KEK_FILE，指向加封时所用的密钥文件。`,
        en: `The keys in ${file} are wrapped, and there is no key to unwrap them. Set YANGYU_VAULT_KEK_FILE to the key file they were wrapped with.`,
      },
      { file },
    ),
  kmsUnavailable: (kms: string) =>
    new Refusal(
      'VAULT_KMS_UNAVAILABLE',
      {
        zh: `密钥管理服务 ${kms} 没有应答，或应答的不是密钥环所用的密钥。请恢复该服务或核对所用的主密钥，然后重新启动；数据没有改动。`,
        en: `The key management ${kms} does not answer, or not with the keys of the ring. Bring it back, or check which master key it uses, and start again; no data was changed.`,
      },
      { kms },
    ),
  sourceReadOnly: () =>
    new Refusal('VAULT_SOURCE_READ_ONLY', {
      zh: '密钥来自环境变量，不能由命令添加。请在所有进程的 YANGYU_VAULT_KEYS 中加入新版本并设为 sealsWith，重启后再运行同一命令。',
      en: 'The keys come from the environment, where a command cannot add one. Add a version to YANGYU_VAULT_KEYS of every process, name it in sealsWith, restart them, and run the same command again.',
    }),
  versionsUsedUp: () =>
    new Refusal('VAULT_VERSIONS_USED_UP', {
      zh: '密钥版本号 1–255 已全部用过，不能再轮换。请联系开发者扩展密封格式。',
      en: 'The key versions 1 to 255 are all used, so the keys cannot be rotated again. Ask the developers to widen the format of sealed values.',
    }),
  versionUnknown: (version: number) =>
    new Refusal(
      'VAULT_VERSION_UNKNOWN',
      {
        zh: `密钥环中没有第 ${version} 版密钥。用 vault status 查看现有版本。`,
        en: `The key ring has no version ${version}. Run vault status to see which there are.`,
      },
      { version },
    ),
  versionSeals: (version: number) =>
    new Refusal(
      'VAULT_VERSION_SEALS',
      {
        zh: `第 ${version} 版密钥仍在密封新值，不能停用。请先运行 vault rotate。`,
        en: `Version ${version} still seals new values and cannot be retired. Run vault rotate first.`,
      },
      { version },
    ),
  versionInUse: (version: number, values: number) =>
    new Refusal(
      'VAULT_VERSION_IN_USE',
      {
        zh: `仍有 ${values} 个密封值使用第 ${version} 版密钥，不能停用。请运行 vault rotate 后再试。`,
        en: `${values} sealed values still name version ${version}, so it is kept. Run vault rotate, then try again.`,
      },
      { version, values },
    ),
  rotationUnfinished: () =>
    new Refusal('VAULT_ROTATION_UNFINISHED', {
      zh: '上一次密钥轮换尚未完成。请再次运行 vault rotate，它会从中断处继续。',
      en: 'The last rotation has not ended. Run vault rotate again; it goes on where it stopped.',
    }),
};
