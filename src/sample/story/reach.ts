import type { Campaign } from '../campaigns.js';
import { day, hour, minute, timeOf } from '../calendar.js';
import { everyday } from '../catalogue.js';
import { streamed } from '../ledger.js';
import { mentionTexts } from '../words/comments.js';
import { asWritten } from '../vietnam/text.js';
import { browserOf, emailAt, phoneAt, takeLanding, type Scene } from './scene.js';
import { visit, type Visit } from './site.js';

type Source = NonNullable<Visit['source']>;

const adPlatforms = {
  facebook_ads: 'facebook',
  google_ads: 'google',
  tiktok_ads: 'tiktok',
  zalo: 'zalo',
} as const;

/** What the first touch writes: a click with its campaign, a search, a friend; answers with the visit's source. */
export function firstTouch(scene: Scene, at: number): Source {
  const { person } = scene;
  switch (person.firstChannel) {
    case 'email':
      return mailed(scene, at, true);
    case 'social_ads':
      return clickedAd(scene, at, ['facebook_ads', 'tiktok_ads']);
    case 'search':
      return clickedAd(scene, at, ['google_ads']);
    case 'referral':
      return { source: null, medium: 'referral', campaign: null, referrer: 'https://friend.example/' };
    default:
      return {
        source: null,
        medium: null,
        campaign: null,
        referrer: scene.random.chance(0.6) ? 'https://search.example/' : null,
      };
  }
}

/** A later visit's source: mostly straight to the site. */
export function laterTouch(scene: Scene, at: number): Source | undefined {
  const { random, person } = scene;
  const draw = random.next();
  if (draw < 0.14 && person.email !== null) return mailed(scene, at, true);
  if (draw < 0.26) return clickedAd(scene, at, ['facebook_ads', 'tiktok_ads', 'google_ads']);
  if (draw < 0.5) return { source: null, medium: null, campaign: null, referrer: 'https://search.example/' };
  return undefined;
}

/** A newsletter that was sent, and, if `clicked`, opened and followed. */
export function mailed(scene: Scene, at: number, clicked: boolean): Source {
  const { random, ledger, campaigns } = scene;
  const campaign = running(campaigns, at, ['email']);
  const email = emailAt(scene);
  const browser = clicked ? browserOf(scene) : null;
  const event = (type: string, when: number, anonymousId: string | null): void => {
    ledger.row(
      random,
      'raw_marketing.email_events',
      when,
      {
        event_id: ledger.key('L', 7),
        campaign_id: campaign?.id ?? null,
        email: email.text,
        event_type: type,
        anonymous_id: anonymousId,
        occurred_at: timeOf(when),
      },
      streamed,
    );
  };
  if (email.text !== null && campaign !== undefined) {
    const sentAt = Math.max(campaign.start, at - random.between(1, 30) * hour);
    event('sent', sentAt, null);
    if (random.chance(0.03)) event('bounce', sentAt + minute, null);
    else if (clicked) {
      event('open', at - 2 * minute, null);
      event('click', at, browser);
      if (browser !== null) {
        ledger.belongs('raw_marketing.email_events', browser, [`anonymous ${browser}`, email.key]);
        scene.landing = browser;
      }
    } else if (random.chance(0.35)) event('open', sentAt + random.between(1, 40) * hour, null);
    if (random.chance(0.01)) event('unsubscribe', at + 5 * minute, null);
  }
  return { source: 'newsletter', medium: 'email', campaign: campaign?.id ?? null, referrer: null };
}

function clickedAd(scene: Scene, at: number, channels: readonly Campaign['channel'][]): Source {
  const { random, ledger, campaigns } = scene;
  const campaign = running(campaigns, at, [random.pick(channels)]) ?? running(campaigns, at, channels);
  const platform =
    campaign === undefined || campaign.channel === 'email' ? 'facebook' : adPlatforms[campaign.channel];
  const browser = browserOf(scene);
  scene.landing = browser;
  if (campaign !== undefined) {
    ledger.row(random, 'raw_marketing.ad_clicks', at, {
      click_id: ledger.key('AD', 6),
      campaign_id: campaign.id,
      platform,
      anonymous_id: browser,
      landing_page: '/khuyen-mai',
      cost: random.between(18, 75) * 100,
      occurred_at: timeOf(at),
    });
  }
  return {
    source: platform,
    medium: platform === 'google' ? 'cpc' : 'paid_social',
    campaign: campaign?.id ?? null,
    referrer: `https://${platform}.example/`,
  };
}

function running(
  campaigns: readonly Campaign[],
  at: number,
  channels: readonly Campaign['channel'][],
): Campaign | undefined {
  let found: Campaign | undefined;
  for (const campaign of campaigns) {
    if (campaign.start > at) break;
    if (channels.includes(campaign.channel) && at < campaign.end + 20 * day) found = campaign;
  }
  return found;
}

/** Reactions and mentions on social media; a message may hold a phone. */
export function socialLife(scene: Scene, at: number, mood: 'positive' | 'negative' | 'neutral'): void {
  const { random, ledger, person } = scene;
  const profile = (scene.profile ??= {
    platform: random.pick(['facebook', 'tiktok', 'instagram']),
    id: `sp${ledger.key('', 7)}`,
  });
  const keys = [`profile ${profile.id}`];
  for (let i = random.between(1, 3); i > 0; i--) {
    const when = at + random.between(0, 60) * day;
    const written = ledger.row(random, 'raw_social.engagements', when, {
      engagement_id: ledger.key('G', 6),
      platform: profile.platform,
      post_id: `post${String(random.between(1, 90))}`,
      profile_id: profile.id,
      kind: random.pick(['like', 'like', 'like', 'share', 'comment', 'click']),
      occurred_at: timeOf(when),
    });
    if (written) ledger.belongs('raw_social.engagements', profile.id, keys);
  }
  if (!random.chance(0.5)) return;
  const phone = random.chance(0.25) ? phoneAt(scene, at, 0) : { text: null, key: null };
  const id = ledger.key('N', 5);
  const written = ledger.row(random, 'raw_social.mentions', at, {
    mention_id: id,
    platform: profile.platform,
    kind: phone.text === null ? random.pick(['post', 'comment']) : 'message',
    profile_id: profile.id,
    profile_name: random.chance(0.5)
      ? person.fullName
      : `${person.name.given} ${random.pick(['xinh', 'shop', '2k', 'ngố'])}`,
    phone: phone.text,
    text: asWritten(random, random.pick(mentionTexts[mood])),
    occurred_at: timeOf(at),
  });
  if (written) ledger.belongs('raw_social.mentions', profile.id, [...keys, phone.key]);
}

/** Opens the app and looks around. */
export function appVisit(scene: Scene, start: number): void {
  const { random, ledger } = scene;
  const deviceId = (scene.deviceId ??= `d${ledger.key('', 7)}`);
  const os = Number(deviceId.slice(1)) % 3 === 0 ? 'ios' : 'android';
  let at = start;
  const event = (name: string, screen: string, productId: string | null): void => {
    ledger.row(
      random,
      'raw_app.events',
      at,
      {
        event_id: ledger.key('M', 7),
        device_id: deviceId,
        customer_id: scene.customerId,
        event_name: name,
        screen,
        product_id: productId,
        occurred_at: timeOf(at),
        os,
        app_version: at < 1_761_000_000 ? '3.1.4' : '3.2.1',
      },
      streamed,
    );
    at += random.between(10, 60);
  };
  event(random.chance(0.2) ? 'push_open' : 'open', 'home', null);
  if (random.chance(0.6)) event('product_view', 'product', random.weighted(everyday).id);
  if (random.chance(0.3))
    event('feature_use', random.pick(['quet_ma', 'tich_diem', 'cong_thuc', 'bao_hanh']), null);
  ledger.belongs('raw_app.events', deviceId, [
    `device ${deviceId}`,
    scene.customerId === null ? null : `customer ${scene.customerId}`,
  ]);
}

/** A look around the site that ends without a cart. */
export function browse(scene: Scene, at: number, source?: Source): void {
  const { random } = scene;
  const browser = takeLanding(scene);
  visit(scene, {
    browser,
    at,
    until: 'look',
    ...(random.chance(0.75) ? { product: random.weighted(everyday) } : {}),
    ...(source === undefined ? {} : { source }),
    customerId: random.chance(0.35) ? scene.customerId : null,
  });
}
