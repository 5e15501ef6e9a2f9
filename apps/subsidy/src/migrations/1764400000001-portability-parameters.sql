-- The rows of portability.parameters.csv, which is the copy that people read; a test keeps the two equal.
-- A change of law is a further row of a further migration, never a change of one that was in force.

alter table portability_parameter no force row level security;
insert into portability_parameter (region, programme, name, value, valid, source) values
  ('CN', '*', 'follows', 'hukou', daterange('2021-08-20', null), '按户籍地管理的项目随户籍迁移；各项目另有规定的以其行为准'),
  ('CN', '*', 'completes', 'submitted', daterange('2021-08-20', null), '全国规范未写明；取上海、西藏细则口径：迁出前提交的由原户籍地办结，迁出后提交的由新户籍地办理'),
  ('CN', '*', 'unit', 'year', daterange('2021-08-20', null), '管理规范第十二条：按年申领，一年一领'),
  ('CN', '*', 'year-paid', 'settles', daterange('2021-08-20', null), '全国规范未写明；原地误付的由应负担地结算，家庭不退不补；待当地确认'),
  ('CN', '*', 'cross-check-months', '12', daterange('2021-08-20', null), '管理规范第八条：抽查每年一次，查重同此'),
  ('CN', '*', 'cross-check-after-silence-days', '30', daterange('2021-08-20', null), '首次查重无回复的，发放后三十日再查；待当地确认'),
  ('CN', 'YEB', 'follows', 'hukou', daterange('2025-01-01', null), '管理规范第七条：儿童户籍所在地乡镇（街道）受理'),
  ('31', 'YEB', 'completes', 'submitted', daterange('2025-01-01', null), '上海办理口径：迁出前提交的由原户籍地办结，迁出后由新户籍地办理 [GST:上海]'),
  ('54', 'YEB', 'completes', 'submitted', daterange('2025-01-01', null), '西藏实施细则第六条 [GST:西藏_48]'),
  ('11', 'YEB', 'completes', 'confirmed', daterange('2025-01-01', null), '北京：迁出日前已审核确认的由原户籍地发放 [GST:北京]'),
  ('11', 'YEB', 'year-paid', 'stays', daterange('2025-01-01', null), '北京：同一年度不得重复申领 [GST:北京]'),
  ('50', 'YEB', 'year-paid', 'stays', daterange('2025-01-01', null), '重庆：同一年度不得重复申领 [GST:重庆]'),
  ('35', 'YEB', 'year-paid', 'stays', daterange('2025-01-01', null), '福建：同一年度不得重复申领 [GST:福建]'),
  ('23', 'YEB-TOP-UP', 'unit', 'month', daterange('2025-01-01', null), '黑龙江地方补贴：按月计发，自迁移次月起由新户籍地负担 [GST:黑龙江]');
alter table portability_parameter force row level security;
