import { Requires } from '@app/access';
import { closePage, type Connection, Field, openPage, type PageArguments, Query, Resolver } from '@app/graphql';
import { RegistryImportService } from './registry-import.service';
import type { ImportBatch } from './registry-import.types';

interface CodeCount {
  readonly code: string;
  readonly count: number;
}

/** Imports in the graph: how far they are and what came of them. */
@Resolver('ImportBatch')
export class RegistryImportResolver {
  constructor(private readonly service: RegistryImportService) {}

  @Query()
  @Requires('import.read')
  importBatch({ id }: { id: string }): Promise<ImportBatch | null> {
    return this.service.find(id);
  }

  @Query()
  @Requires('import.read')
  async importBatches(args: PageArguments): Promise<Connection<ImportBatch>> {
    const page = openPage('importBatches', args, 1);
    const rows = await this.service.list(page.limit, page.after?.[0] ?? null);
    return closePage(page, rows, ({ id }) => [id]);
  }

  @Field()
  isDone({ state }: ImportBatch): boolean {
    return state === 'done';
  }

  @Field()
  async rejectedPerCode({ id }: ImportBatch): Promise<CodeCount[]> {
    return counts(await this.service.countPerCode('import_reject', id));
  }

  @Field()
  async warningsPerCode({ id }: ImportBatch): Promise<CodeCount[]> {
    return counts(await this.service.countPerCode('import_warning', id));
  }
}

const counts = (perCode: Record<string, number>): CodeCount[] =>
  Object.entries(perCode).map(([code, count]) => ({ code, count }));
