import type { DynamicModule, INestApplicationContext, Type } from '@nestjs/common';
import { MODULE_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { findResolver } from './decorators';

/**
 * The resolvers in a context of Nest: of all its modules, or of one and those that its decorator imports. Nest itself adds
 * every global module to the imports of every other, so its own picture of them says nothing about who belongs to whom.
 */
export function resolversOf(app: INestApplicationContext, root?: Type): object[] {
  const wanted = root && modulesBelow(root);
  const modules = [...app.get(ModulesContainer).values()].filter(({ metatype }) => !wanted || wanted.has(metatype));
  const instances = modules.flatMap(({ providers }) => [...providers.values()].map(({ instance }) => instance));
  const objects = new Set(instances.filter((one): one is object => typeof one === 'object' && one !== null));
  return [...objects].filter((one) => findResolver(one));
}

function modulesBelow(root: Type): Set<unknown> {
  const found = new Set<unknown>([root]);
  for (const one of found) {
    const imports = Reflect.getMetadata(MODULE_METADATA.IMPORTS, one as Type) as (Type | DynamicModule)[] | undefined;
    for (const imported of imports ?? []) found.add('module' in imported ? imported.module : imported);
  }
  return found;
}
