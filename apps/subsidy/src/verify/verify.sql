-- What must always be true, as one question: every row of the answer is something that is not. The same file serves
-- tests and production. $1 is today in China.
with account as (
  select code, sum(dp)::bigint as debits_posted, sum(cp)::bigint as credits_posted, sum(dn)::bigint as debits_pending,
         sum(cn)::bigint as credits_pending
    from (
      select debit as code, case when kind in ('single', 'post') then fen else 0 end as dp, 0 as cp,
             case kind when 'pending' then fen when 'single' then 0 else -fen end as dn, 0 as cn from transfer
      union all
      select credit, 0, case when kind in ('single', 'post') then fen else 0 end, 0,
             case kind when 'pending' then fen when 'single' then 0 else -fen end from transfer) side
   group by code),
moved as (
  select ref as attempt_id,
         sum(case when credit like 'paid:%' then fen when debit like 'paid:%' then -fen else 0 end) as paid,
         sum(case when credit like 'returned:%' then fen when debit like 'returned:%' then -fen else 0 end) as returned
    from transfer where kind = 'single' and code <> 'release' group by ref)

select 'V1' as "check", 'all accounts' as id, '借方合计与贷方合计不等。' as zh, 'Debits and credits do not add up to the same.' as en
  from (select sum(debits_posted) as d, sum(credits_posted) as c, sum(debits_pending) as dn, sum(credits_pending) as cn from ledger_account) l
 where d <> c or dn <> cn
union all
select 'V1', id::text, '预留的结束与预留本身不符。', 'A posted or voided transfer differs from the pending one it ends.'
  from transfer e where e.pending_id is not null and not exists (
    select from transfer p where p.id = e.pending_id and p.kind = 'pending' and (p.debit, p.credit, p.fen) = (e.debit, e.credit, e.fen))
union all
select 'V2', coalesce(l.code, a.code), '账户余额与其转账之和不符。', 'The counters of an account are not the sum of its transfers.'
  from ledger_account l full join account a using (code)
 where l.code is null or (l.debits_posted, l.credits_posted, l.debits_pending, l.credits_pending) is distinct from
       (coalesce(a.debits_posted, 0), coalesce(a.credits_posted, 0), coalesce(a.debits_pending, 0), coalesce(a.credits_pending, 0))
union all
select 'V3', code, '账户透支。', 'An account that is not a source has given more than it got.'
  from ledger_account where kind <> 'source' and debits_posted + debits_pending > credits_posted
union all
select 'V3', code, '预算账户收到的资金与下达的指标不符。', 'A budget has not received what the indicators released.'
  from (select 'budget:' || programme || ':' || division_code || ':' || year || ':' || level as code, sum(amount_fen) as fen
          from indicator group by 1) b full join (select * from ledger_account where kind = 'budget') l using (code)
  left join (select credit as code, sum(fen) as fen from transfer where transfer.code = 'reimbursement-paid' group by 1) r using (code)
 where coalesce(l.credits_posted, 0) <> coalesce(b.fen, 0) + coalesce(r.fen, 0)
union all
select 'V4', a.id::text, '同一儿童同一期间有两条有效付款指令。', 'A child has two live instructions for overlapping days.'
  from instruction a join instruction b on b.beneficiary_id = a.beneficiary_id and b.programme = a.programme and b.id > a.id
   and b.period && a.period where a.state <> 'cancelled' and b.state <> 'cancelled'
union all
select 'V4', i.id::text, '指令有两次成功付款。', 'An instruction was settled more than once.'
  from instruction i join attempt a on a.instruction_id = i.id and a.state = 'SETTLED' group by i.id having count(*) > 1
union all
select 'V4', i.id::text, '指令金额与核定金额不符。', 'The amount of an instruction is not that of its claim.'
  from instruction i join claim c on c.id = i.claim_id where i.state <> 'cancelled' and i.amount_fen is distinct from c.amount_fen
union all
select 'V4', a.id::text, '付款行金额与指令不符。', 'The amount of a line is not that of its instruction.'
  from attempt a join instruction i on i.id = a.instruction_id where a.amount_fen <> i.amount_fen
union all
select 'V5', a.id::text, '付款行状态与账簿不符。', 'What a line says of its money is not what the ledger has.'
  from attempt a left join moved m on m.attempt_id = a.id
 where coalesce(m.paid, 0) <> case when a.state = 'SETTLED' then a.amount_fen else 0 end
    or coalesce(m.returned, 0) <> case when a.state in ('REJECTED', 'RETURNED') then a.amount_fen else 0 end
union all
select 'V5', m.attempt_id::text, '账簿有付款而无付款行。', 'The ledger paid something that no line asked for.'
  from moved m where (m.paid <> 0 or m.returned <> 0) and not exists (select from attempt a where a.id = m.attempt_id)
union all
select 'V6', b.id::text, '批次送出超过十日仍无银行答复且未标记存疑。', 'A batch went to the bank more than ten days ago, and lines without a word are not marked in doubt.'
  from payment_batch b where b.sent_at < $1::date - 10 and exists (
    select from attempt a where a.batch_id = b.id and a.state = 'SENT')
union all
select 'V6', b.id::text, '批次在途资金与未决付款行不符。', 'The money of a batch that is with the bank is not that of its undecided lines.'
  from payment_batch b left join ledger_account l on l.code = 'paying:' || b.id
 where coalesce(l.credits_posted - l.debits_posted, 0) <> case when b.sent_at is null then 0 else
   (select coalesce(sum(amount_fen), 0) from attempt a where a.batch_id = b.id and a.state in ('SENT', 'ACCEPTED', 'IN_DOUBT')) end
union all
select 'V7', a.id::text, '付款行状态与银行全部回复不符。', 'The state of a line is not what all words of the bank say together.'
  from attempt a left join (
    select w.attempt_id, case
        when count(distinct w.bank_ref) filter (where w.status = 'SETTLED') > 1 then coalesce(min(t.ruled), 'IN_DOUBT')
        when bool_or(w.status = 'RETURNED') then 'RETURNED'
        when bool_or(w.status = 'SETTLED') and bool_or(w.status = 'REJECTED' and w.raw_code is distinct from 'DUPL') then coalesce(min(t.ruled), 'IN_DOUBT')
        when bool_or(w.status = 'SETTLED') then 'SETTLED'
        when bool_or(w.status = 'REJECTED' and w.raw_code is distinct from 'DUPL') then 'REJECTED'
      end as state
      from bank_status_line w join attempt t on t.id = w.attempt_id group by 1) w on w.attempt_id = a.id
 where (w.state is null) <> (a.state not in ('SETTLED', 'REJECTED', 'RETURNED', 'IN_DOUBT')) and a.state <> 'IN_DOUBT'
    or w.state is not null and w.state <> a.state and not exists (
      select from attempt later where later.instruction_id = a.instruction_id and later.no > a.no and later.state <> 'CANCELLED')
union all
select 'V7', attempt_id::text, '银行回复金额与清册不符。', 'The bank spoke of another amount than the line has.'
  from bank_status_line w join attempt a on a.id = w.attempt_id where w.amount_fen <> a.amount_fen
union all
select 'V8', c.id::text, '申请状态与其历史不符。', 'The state of a claim is not what its last event says, or its history has a gap.'
  from claim c left join (
    select claim_id, count(*) as events, max(seq) as last, (array_agg(to_state order by seq desc))[1] as state from claim_event group by 1) e
    on e.claim_id = c.id
 where (c.events, c.state) is distinct from (coalesce(e.last, 0), coalesce(e.state, 'new')) or e.events <> e.last
union all
select 'V8', claim_id::text, '申请历史前后不衔接。', 'An event of a claim does not start where the one before ended.'
  from (select claim_id, from_state, lag(to_state, 1, 'new') over (partition by claim_id order by seq) as before from claim_event) e
 where from_state <> before
union all
select 'V8', i.id::text, '指令状态与申请状态不符。', 'The state of an instruction is not that of its claim.'
  from instruction i join claim c on c.id = i.claim_id
 where i.state <> 'cancelled' and i.state <> c.state and not (i.state = 'returned' and c.state in ('held', 'received', 'refused', 'withdrawn'))
union all
select 'V8', c.id::text, '在途申请没有有效指令。', 'A claim is being paid without a live instruction.'
  from claim c where c.state in ('paying', 'paid', 'returned', 'closed')
   and not exists (select from instruction i where i.claim_id = c.id and i.state <> 'cancelled')
union all
select 'V9', b.id::text, '批次内容与审批内容不符。', 'The content of a batch is not what its hash, count or total say.'
  from payment_batch b, payment_batch_content(b.id) c where (b.content_hash, b.line_count, b.total_fen) <> (c.hash, c.lines, c.fen)
union all
select 'V9', b.id::text, '批次未经两人审批。', 'A batch went on without two officers other than its maker approving this content.'
  from payment_batch b where b.state not in ('preparing', 'prepared', 'cancelled') and 2 > (
    select count(distinct approver) from approval a where a.batch_id = b.id and a.approver <> b.maker and a.content_hash = b.content_hash)
union all
select 'V9', b.id::text, '分担金额之和与批次总额不符。', 'The shares of a batch do not add up to its total.'
  from payment_batch b where b.kind = 'regular' and b.total_fen <> (select coalesce(sum(fen), 0) from batch_share s where s.batch_id = b.id)
union all
select 'V9', b.id::text, '银行文件与批次不符。', 'The bank file does not have the count or total of its batch.'
  from bank_file f join payment_batch b on b.id = f.batch_id where (f.line_count, f.total_fen) <> (b.line_count, b.total_fen)
union all
select 'V12', id::text, '到期的发放未启动，也未被暂停。', 'A run was due before today and has neither started nor been held.'
  from payment_calendar where state = 'planned' and due_on < $1::date
union all
select 'V16', d.id::text, '决定没有所依据的规则版本。', 'A decision names a version of the rules that is not kept.'
  from determination d where d.is_current and not exists (select from programme_version v where v.version = d.version)
union all
select 'V18', i.id::text, '儿童在该年度之前已去世。', 'A payment is on its way for a year after the child died.'
  from instruction i join beneficiary b on b.id = i.beneficiary_id join person_fact f on f.person_id = b.person_id
 where i.state in ('due', 'paying', 'paid') and f.died < lower(i.period)
   -- A child that died in its year of birth may be applied for in the next (西藏实施细则 art 9).
   and (extract(year from f.died) = extract(year from f.born) and i.claim_year = extract(year from f.died) + 1) is not true
   -- Paid before anybody knew: found as overpaid, or about to be looked at.
   and not (i.state = 'paid' and (
     exists (select from overpayment o where o.instruction_id = i.id and o.state not in ('taken-back', 'dismissed'))
     or exists (select from overpayment_doubt d where d.claim_id = i.claim_id)
     -- Nor anybody's to give back but the place's that was primary.
     or exists (select from reimbursement r where r.instruction_id = i.id and r.state in ('open', 'settled'))))
union all
select 'V19', coalesce(l.code, r.code), '地区间应收账款与未结清的结算不符。', 'What a place is owed in the ledger is not what its open reimbursements say.'
  from (select code, credits_posted - debits_posted as fen from ledger_account where code like 'owed:%') l
  full join (select 'owed:' || programme || ':' || creditor_county as code, sum(fen) as fen from reimbursement where state = 'open' group by 1) r using (code)
 where coalesce(l.fen, 0) <> coalesce(r.fen, 0)
union all
select 'V19', r.id::text, '地区间结算按级次分担之和与金额不符。', 'The shares of one side of a reimbursement do not add up to it.'
  from reimbursement r join reimbursement_share s on s.reimbursement_id = r.id group by r.id, r.fen, s.side having sum(s.fen) <> r.fen
union all
select 'V20', a.id::text, '同一日有两个负责地。', 'Two authorities stand for one day.'
  from authority_period a join authority_period b on b.beneficiary_id = a.beneficiary_id and b.programme = a.programme and b.id > a.id and b.valid && a.valid
 where a.ended_at is null and b.ended_at is null
union all
select 'V21', o.id::text, '多发金额与按级次分担之和不符。', 'The shares of an overpayment do not add up to it.'
  from overpayment o where o.fen <> (select coalesce(sum(s.fen), 0) from overpayment_share s where s.overpayment_id = o.id)
union all
select 'V21', i.id::text, '认定多发的金额超过实际发放金额。', 'More is found to be overpaid than was paid.'
  from instruction i join overpayment o on o.instruction_id = i.id and o.state not in ('taken-back', 'dismissed')
 group by i.id having i.amount_fen < sum(o.fen + (select coalesce(sum(c.fen), 0) from overpayment_change c where c.overpayment_id = o.id))
order by 1, 2
