import type { RegisteredPerson } from '@app/contracts';
import type { Tx } from '@app/database';
import { Injectable } from '@nestjs/common';

/** A place in the feed: everything up to and including this change was seen. */
export interface FeedPosition {
  readonly xid: string;
  readonly id: string;
}

export const FEED_START: FeedPosition = { xid: '0', id: '00000000-0000-0000-0000-000000000000' };

@Injectable()
export class FeedRepository {
  /**
   * The next persons by (transaction, id), leaving out transactions that might still be overtaken: a change whose
   * transaction began before another one's but commits after it would otherwise be passed by and never seen. Read by
   * COPY, which costs a third of rows through the driver.
   */
  async page(
    read: Tx,
    after: FeedPosition,
    limit: number,
  ): Promise<{ persons: RegisteredPerson[]; last: FeedPosition }> {
    // COPY takes no parameters: what is put into the text is digits and a UUID by the caller's check.
    const stream = await read.copyOut(
      `copy (
         select changed_xid, id, encode(id_number_key, 'hex'), id_number_mask, id_type,
                encode(birth_certificate_key, 'hex'), sex, born, died, status, household_id, household_type,
                relation_to_head, division_code, father_id, mother_id, encode(father_key, 'hex'),
                encode(mother_key, 'hex'), marital_status, moved_in_on, moved_out_on, source_updated_at,
                id_number_shared, merged_into
           from person
          where (changed_xid, id) > ('${after.xid}'::xid8, '${after.id}'::uuid)
            and changed_xid < pg_snapshot_xmin(pg_current_snapshot())
          order by changed_xid, id
          limit ${Math.trunc(limit)}) to stdout`,
    );
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) text += chunk as string;
    const persons: RegisteredPerson[] = [];
    let last = after;
    for (let at = 0; at < text.length;) {
      const end = text.indexOf('\n', at);
      const cells = text.slice(at, end).split('\t');
      persons.push(personOf(cells));
      at = end + 1;
      if (at >= text.length) last = { xid: cells[0]!, id: cells[1]! };
    }
    return { persons, last };
  }

  /** Whether changes are already visible here that the feed must still hold back. */
  async hasHeldBack(read: Tx): Promise<boolean> {
    const [row] = await read.query<{ held: boolean }>(
      'select exists (select from person where changed_xid >= pg_snapshot_xmin(pg_current_snapshot())) as held',
    );
    return row!.held;
  }
}

const text = <T extends string>(cell: string | undefined): T | null => (cell === '\\N' ? null : (cell as T));

/** No column of the feed can hold a tab, a line end or a backslash, so there is nothing to unescape. */
function personOf(cells: readonly string[]): RegisteredPerson {
  return {
    id: cells[1]!,
    idNumberKey: text(cells[2]),
    idNumberMask: text(cells[3]),
    idType: text(cells[4]),
    birthCertificateKey: text(cells[5]),
    sex: Number(cells[6]) as RegisteredPerson['sex'],
    born: text(cells[7]),
    died: text(cells[8]),
    status: Number(cells[9]) as RegisteredPerson['status'],
    householdId: text(cells[10]),
    householdType: text(cells[11]),
    relationToHead: text(cells[12]),
    divisionCode: cells[13]!,
    fatherId: text(cells[14]),
    motherId: text(cells[15]),
    fatherIdNumberKey: text(cells[16]),
    motherIdNumberKey: text(cells[17]),
    maritalStatus: text(cells[18]),
    movedInOn: text(cells[19]),
    movedOutOn: text(cells[20]),
    // The session's time zone is UTC: `2026-01-05 08:00:00+00`.
    updatedAt: cells[21]!.replace(' ', 'T').replace('+00', 'Z'),
    idNumberShared: cells[22] === 't',
    mergedInto: text(cells[23]),
  };
}
