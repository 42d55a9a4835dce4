/** Traditional characters that occur in error messages, each followed by its simplified form. */
const pairs =
  '餘余額额帳账戶户儲储飽饱負负載载無无獲获敗败請请頻频過过於于費费權权訪访問问錯错誤误時时間间後后試试組组當当盡尽鑰钥達达總总數数週周號号鎖锁凍冻結结違违規规內内審审輸输長长詞词擁拥訂订閱阅員员會会點点' +
  '資资認认證证驗验體体開开啟启復复關关單单鐘钟個个們们還还這这應应該该處处務务統统線线連连續续購购買买滿满優优';

const simplifiedOf: ReadonlyMap<string, string> = new Map(
  (pairs.match(/../gu) ?? []).map((pair): readonly [string, string] => [pair.slice(0, 1), pair.slice(1)]),
);

/**
 * Converts traditional Chinese to simplified, and the words of Taiwan for "channel" and "top up", for matching only.
 * Users see the original text.
 */
export function toSimplified(text: string): string {
  if (!/\p{Script=Han}/u.test(text)) return text;
  return text
    .replace(/\p{Script=Han}/gu, (character) => simplifiedOf.get(character) ?? character)
    .replaceAll('管道', '渠道')
    .replaceAll('储值', '充值');
}
