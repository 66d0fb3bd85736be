import { parseNumber } from '../number.ts';
import { type LineFormat, record } from '../record.ts';

const ROW = /^\| {1,4}([\w /.-]{1,60}?)\s*\|\s*([^|\s]{1,40})\s*\|$/;
const RULE = /^-{10,}\s*$/;

/** The tables of Stable-Baselines and OpenAI baselines: each is one record, closed by a dashed line. */
export const baselines: LineFormat = {
  id: 'baselines-table',
  tool: 'Stable-Baselines',
  architecture: 'rl',
  firstEpoch: 0,
  table: true,
  find: [' | ', '-----'],
  read(line) {
    if (RULE.test(line)) return record({ part: 'rule' });
    const match = ROW.exec(line.trimEnd());
    if (!match) return null;
    const value = parseNumber(match[2] ?? '');
    return value === undefined ? null : record({ part: 'row', names: [match[1] ?? ''], values: [value] });
  },
  samples: [
    { line: '|    ep_rew_mean          | nan          |', values: { ep_rew_mean: Number.NaN } },
    { line: '|    policy_gradient_loss | -0.0171      |', values: { policy_gradient_loss: -0.0171 } },
    { line: '| rollout/           |          |', ignored: true },
  ],
};
