/**
 * The documents of the API, as far as the page reads them (schemas/rest/openapi.yaml).
 *
 * @typedef {"created"|"queued"|"running"|"stopping"|"stopped"|"completed"|"failed"} Status
 * @typedef {number|"NaN"|"Infinity"|"-Infinity"|null} MetricValue
 *
 * @typedef {Object} Session
 * @property {string} session_id
 * @property {string} session_name
 * @property {Status} status
 * @property {boolean} archived
 * @property {string} created_at
 * @property {string} updated_at
 * @property {string} [started_at]
 * @property {string} [completed_at]
 * @property {string} [stopped_at]
 * @property {number} current_epoch
 * @property {number} total_epochs
 * @property {number} current_step
 * @property {number} progress
 * @property {Record<string, number>} latest_metrics
 * @property {Record<string, number>} [final_metrics]
 * @property {string[]} [nonfinite_metrics]
 * @property {string[]} tags
 * @property {string} [experiment]
 * @property {string} [group]
 * @property {string} [notes]
 * @property {number} attempt
 * @property {string} [parent]
 * @property {string} [parent_checkpoint_id]
 * @property {number} [queue_position]
 * @property {boolean} stop_requested
 * @property {string} [message]
 * @property {string} [host]
 * @property {string} [trainer]
 * @property {string} [best_checkpoint_id]
 * @property {string} [resume_checkpoint_id]
 * @property {string} [early_stop_reason]
 * @property {string} [monitor]
 * @property {"min"|"max"} [monitor_mode]
 * @property {number} position
 * @property {Record<string, any>} [columns]
 * @property {any} [config]
 * @property {string} [config_path]
 * @property {string} [config_digest]
 * @property {Record<string, string|number|boolean>} [params]
 * @property {Record<string, any>} [provenance]
 * @property {string[]} [warnings]
 * @property {any[]} [attempts]
 * @property {any[]} [results]
 * @property {any} [reproduction]
 * @property {any[]} [reproductions]
 *
 * @typedef {Object} SessionList
 * @property {Session[]} sessions
 * @property {number} total
 *
 * @typedef {Object} MetricAxis
 * @property {number} count
 * @property {MetricValue} last_value
 * @property {number} [min]
 * @property {number} [max]
 * @property {number} nan_count
 * @property {number} infinity_count
 *
 * @typedef {Object} MetricName
 * @property {string} name
 * @property {MetricValue} latest
 * @property {MetricAxis} [epochs]
 * @property {MetricAxis} [steps]
 *
 * @typedef {Object} Series
 * @property {string} session_id
 * @property {string} session_name
 * @property {string} metric_name
 * @property {"epoch"|"step"|"time"|"relative_time"} axis
 * @property {number[]} [epochs]
 * @property {number[]} steps
 * @property {MetricValue[]} values
 * @property {MetricValue[]} [smoothed_values]
 * @property {number[]} times
 * @property {number[]} [relative_times]
 * @property {number[]} [attempts]
 * @property {number} total_points
 * @property {boolean} sampled
 * @property {number} nan_count
 * @property {number} infinity_count
 *
 * @typedef {Object} Band
 * @property {string} metric_name
 * @property {any} group
 * @property {string[]} session_ids
 * @property {string} axis
 * @property {number[]} places
 * @property {MetricValue[]} mean
 * @property {MetricValue[]} std
 *
 * @typedef {Object} Artifact
 * @property {string} path
 * @property {string} digest
 * @property {number} size_bytes
 * @property {number} stored_size_bytes
 * @property {string} content_type
 * @property {string} [kind]
 * @property {string} [key]
 * @property {number} [step]
 * @property {number} [attempt]
 * @property {boolean} [superseded]
 * @property {string} created_at
 *
 * @typedef {Object} Checkpoint
 * @property {string} checkpoint_id
 * @property {number} epoch
 * @property {number} [step]
 * @property {number} [attempt]
 * @property {string} [metric_name]
 * @property {number} [metric_value]
 * @property {Record<string, MetricValue>} metrics
 * @property {string} file_name
 * @property {number} file_size_bytes
 * @property {number} stored_size_bytes
 * @property {string} digest
 * @property {string} format
 * @property {boolean} resumable
 * @property {boolean} is_best
 * @property {string[]} marks
 * @property {boolean} [superseded]
 * @property {string} created_at
 *
 * @typedef {"low"|"medium"|"high"|"critical"} Severity
 * @typedef {"notify"|"stop"|"tag"} AlertAction
 *
 * @typedef {Object} AlertRule
 * @property {string} rule_id
 * @property {string} name
 * @property {boolean} enabled
 * @property {"metric"|"host"|"server"|"lifecycle"} source
 * @property {string} [metric]
 * @property {string} condition
 * @property {number} [threshold]
 * @property {number} [resolve_threshold]
 * @property {number} [window]
 * @property {"epochs"|"steps"} [unit]
 * @property {"min"|"max"} [mode]
 * @property {number} [min_delta]
 * @property {number} [silence_seconds]
 * @property {number} for_seconds
 * @property {number} for_points
 * @property {Severity} severity
 * @property {number} cooldown_seconds
 * @property {AlertAction[]} actions
 * @property {string} [tag]
 * @property {string} [filter]
 * @property {string} [session_id]
 * @property {"api"|"server"|"shipped"} origin
 *
 * @typedef {Object} Alert
 * @property {string} alert_id
 * @property {string} rule_id
 * @property {string} rule_name
 * @property {Severity} severity
 * @property {"active"|"acknowledged"|"resolved"} status
 * @property {string} message
 * @property {string} condition
 * @property {string} [session_id]
 * @property {string} [metric]
 * @property {MetricValue} [value]
 * @property {MetricValue} [threshold]
 * @property {MetricValue} [last_value]
 * @property {number} [step]
 * @property {string} triggered_at
 * @property {string} [acknowledged_at]
 * @property {string} [acknowledged_by]
 * @property {string} [resolved_at]
 * @property {string} [resolved_by]
 * @property {"recovered"|"session_ended"|"rule_changed"|"by_hand"} [resolution]
 * @property {string} [notes]
 * @property {AlertAction[]} actions
 * @property {number} position
 *
 * @typedef {Object} Notification
 * @property {string} id
 * @property {"training"|"alert"|"system"} type
 * @property {"low"|"medium"|"high"} priority
 * @property {string} message
 * @property {{event: string, position: number, session_id?: string, alert_id?: string, webhook_id?: string}} data
 * @property {boolean} read
 * @property {string} created_at
 *
 * @typedef {Object} EventRecord
 * @property {number} position
 * @property {string} stream
 * @property {string} type
 * @property {string} recorded_at
 * @property {string} actor
 * @property {any} data
 *
 * @typedef {Object} Frame
 * @property {string} type
 * @property {number} [position]
 * @property {string} [session_id]
 * @property {any} [series]
 */

export {};
