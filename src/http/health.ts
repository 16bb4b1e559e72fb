/** Whether the process lives, whether it can take alerts, and its metrics. */
import { z } from 'zod'
import type { App } from '../app.ts'
