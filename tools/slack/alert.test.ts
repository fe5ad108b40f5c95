import { describe, expect, it } from 'vitest';
import { alertIn } from './alert.ts';

describe('W-P24 an alert', () => {
  it.each([
    ['Alert: HighCPUUsage [FIRING:3] on node a', 'HighCPUUsage', 3],
    ['*Alert:* HighCPUUsage [FIRING:12]', 'HighCPUUsage', 12],
    ['[FIRING:1] HighCPUUsage for demo (severity="critical")', 'HighCPUUsage', 1],
    ['<https://alerts.example.com/#/alerts|[FIRING:2] demo:error_rate>', 'demo:error_rate', 2],
    ['[RESOLVED] HighCPUUsage for demo', 'HighCPUUsage', 0],
    ['Alert: HighCPUUsage [RESOLVED]', 'HighCPUUsage', 0],
    ['seen today:\nAlert: First [FIRING:3]\nAlert: Second [FIRING:4]', 'First', 3],
  ])('%j', (text, name, firing) => {
    expect(alertIn(text)).toEqual({ name, firing });
  });

  it.each([
    ['no alert at all'],
    [''],
    ['Alert: HighCPUUsage'],
    ['Alert: HighCPUUsage [FIRING:many]'],
    ['[FIRING:3]'],
    ['Firing: 3, HighCPUUsage'],
    ['NoAlert: x is fine, [firing:3] y'],
  ])('none in %j', (text) => {
    expect(alertIn(text)).toBeUndefined();
  });
});
