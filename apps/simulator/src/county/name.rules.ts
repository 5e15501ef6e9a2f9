import type { Random } from './random.rules';

/** Written for this generator from common characters: no list of people's names was used. Frequent ones stand first. */
const SURNAMES = [
  ...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗',
  ...'梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕',
  ...'苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜',
  '欧阳',
  '诸葛',
  '司马',
];
const FREQUENT_SURNAMES = SURNAMES.slice(0, 14);
const MALE = [...'伟强磊军勇杰涛明超刚平辉鹏华飞波斌宇浩凯建峰志海东文博宏泽俊轩梓皓子晨睿一诺安'];
const FEMALE = [...'芳娜敏静丽艳娟霞秀英玉兰燕红梅萍雪琳婷慧莹欣怡佳雨涵梓萱诗悦语桐若安可一诺思'];
const GENERATION = [...'国建文家永志德春学长世兴万金玉光天正新少'];
/** Rare characters of GB 18030 level 3 and beyond the BMP: what old systems turned into question marks. */
const RARE = ['𬱖', '𠮷', '㛃', '䶮', '𬭎', '𫖯'];
const DOTTED_FIRST = ['阿依古丽', '买买提', '古丽娜尔', '艾力', '迪丽热巴尔', '吐尔逊'];
const DOTTED_LAST = ['艾合买提', '吐尔地', '买合木提', '阿不都拉', '依明'];

export function drawSurname(random: Random, ethnicity: string): string {
  if (ethnicity === '03' && random.chance(450)) return random.pick(['马', '丁', '白', '沙', '哈']);
  return random.chance(550) ? random.pick(FREQUENT_SURNAMES) : random.pick(SURNAMES);
}

/** One or two characters; about one person in five hundred has a rare one. */
export function drawGivenName(random: Random, sex: 1 | 2): string {
  const characters = sex === 1 ? MALE : FEMALE;
  const last = random.chance(2) ? random.pick(RARE) : random.pick(characters);
  if (random.chance(180)) return last;
  return (random.chance(400) ? random.pick(GENERATION) : random.pick(characters)) + last;
}

/** Given name and father's name with the separator U+00B7. */
export function drawDottedName(random: Random): string {
  return `${random.pick(DOTTED_FIRST)}·${random.pick(DOTTED_LAST)}`;
}
