import { afterEach, beforeEach, describe } from 'vitest';
import { adding } from './conformance/adding.ts';
import { administration } from './conformance/administration.ts';
import { crashing } from './conformance/crashing.ts';
import { following } from './conformance/following.ts';
import { scheduling } from './conformance/scheduling.ts';
import { taking } from './conformance/taking.ts';
import { waking } from './conformance/waking.ts';
import type { Store } from './store.ts';

/** The store of the test that runs. */
export type Given = () => Store;

/** What every store of the queue must guarantee: one list, over SQLite and over Redis. */
export const conformance = (open: () => Promise<Store>): void => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.end(), 30_000);
  const given: Given = () => store;

  describe('adding jobs', () => adding(given));
  describe('taking and finishing jobs', () => taking(given));
  describe('crashing', () => crashing(given));
  describe('scheduling', () => scheduling(given));
  describe('administration', () => administration(given));
  describe('following events', () => following(given));
  describe('waking work through the port', () => waking(given));
};
