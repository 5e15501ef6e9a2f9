import * as path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Verbs } from './audit-cli';
import { giveSecrets, makeSecrets } from './secrets';
import { openTerminal } from './terminal';

/** The account of the image, docker/Dockerfile. */
const CONTAINER_UID = 10_001;

/** `secrets`: what containers are given as files. Opens no installation: there is none yet. */
export function addSecretsVerb(program: Command, { add }: Pick<Verbs, 'add'>): void {
  add(
    program,
    'secrets',
    '生成容器所需的口令和密钥，已有的不动 / make the secrets of the containers; what is there stays',
  )
    .requiredOption('--out <folder>', '目录，如 docker/secrets / folder, such as docker/secrets')
    .option('--uid <number>', '容器内账户的编号 / number of the account in the containers', aUid, CONTAINER_UID)
    .action(async ({ out, uid, json = false }: { out: string; uid: number; json?: boolean }) => {
      const terminal = openTerminal(json);
      const secrets = await makeSecrets(path.resolve(out));
      const { folder, made } = secrets;
      const others = giveSecrets(secrets, uid);
      if (made.length === 0) terminal.say(`${folder} 已齐全，未作改动`, 'is complete; nothing was changed');
      else terminal.say(`已在 ${folder} 生成 ${made.join('、')}`, 'were made there; keep a copy under another lock');
      if (others.length > 0)
        terminal.say(
          `容器以 ${uid} 号账户运行，须能读取：请运行 sudo chown -R ${uid}:${uid} ${folder}`,
          `containers run as ${uid} and must be able to read them: run that`,
        );
      terminal.result({ folder, made, notYetOwned: others });
    });
}

function aUid(text: string): number {
  const uid = Number(text);
  if (Number.isSafeInteger(uid) && uid > 0) return uid;
  throw new InvalidArgumentError('应为大于零的整数 / write a whole number above zero');
}
