/**
 * The documents of the API, as far as the page reads them (schemas/rest/openapi.yaml).
 *
 * @typedef {"created"|"queued"|"running"|"stopping"|"stopped"|"completed"|"failed"} Status
 * @typedef {number|"NaN"|"Infinity"|"-Infinity"|null} MetricValue
 * @typedef {Record<string, string|number|boolean|null|undefined|string[]>} Query what stands behind the ? of an address
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
 * @property {AttemptRecord[]} [attempts]
 * @property {Result[]} [results]
 * @property {{session_id: string, through_epoch: number}} [reproduction]
 * @property {ReproductionReport[]} [reproductions]
 *
 * @typedef {Object} AttemptRecord
 * @property {number} attempt
 * @property {string} claimed_at
 * @property {string} [started_at]
 * @property {string} [ended_at]
 * @property {string} [ending]
 * @property {string} [message]
 * @property {string} [host]
 * @property {number} [process_id]
 * @property {string[]} [devices]
 * @property {number} [world_size]
 * @property {number} [first_epoch]
 * @property {number} [first_step]
 * @property {number} [steps_per_epoch]
 * @property {string} [checkpoint_id]
 * @property {string} [binary]
 * @property {string} [engine]
 * @property {string} [instruction_set]
 * @property {number} [threads]
 * @property {string} [data_digest]
 *
 * @typedef {Object} Result
 * @property {string} name
 * @property {MetricValue} value
 * @property {number} [step]
 * @property {string} source
 * @property {boolean} late
 * @property {string} recorded_at
 *
 * @typedef {Object} ReproductionReport
 * @property {string} original_session_id
 * @property {string} reproduction_session_id
 * @property {"identical"|"within_tolerance"|"differs"|"refused"|"incomplete"} verdict
 * @property {string} message
 * @property {number} epochs_compared
 * @property {number} points_compared
 * @property {number} checkpoints_compared
 * @property {number} through_epoch
 * @property {number} tolerance
 * @property {MetricValue} largest_relative_difference
 * @property {ReproductionDifference} [first_difference]
 * @property {{name: string, original: string, reproduced: string}[]} [fact_differences]
 *
 * @typedef {Object} ReproductionDifference
 * @property {number} epoch
 * @property {number} step
 * @property {string} place
 * @property {string} [metric]
 * @property {MetricValue} [original_value]
 * @property {MetricValue} [reproduced_value]
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
 * @property {string|number|boolean|null} [group]
 * @property {string[]} session_ids
 * @property {string} axis
 * @property {number[]} places
 * @property {MetricValue[]} mean
 * @property {MetricValue[]} std
 *
 * @typedef {Object} MetricHistories
 * @property {number} total_sessions
 * @property {Series[]} [series]
 * @property {Band[]} [groups]
 *
 * @typedef {Object} HistoryQuestion what histories are asked for, beside the metrics
 * @property {string[]} session_ids
 * @property {string} [axis]
 * @property {number} [max_points] all when it is left out
 * @property {number} [smoothing]
 * @property {"all"} [attempts]
 * @property {number} [as_of]
 * @property {{by: string, statistics: string[]}} [aggregate]
 *
 * @typedef {Object} ComparisonRow
 * @property {string} key
 * @property {any[]} values
 * @property {boolean} equal
 *
 * @typedef {Object} Comparison
 * @property {{session_id: string, session_name: string, status: Status}[]} sessions
 * @property {{name: string, rows: ComparisonRow[]}[]} sections
 * @property {number} equal_count
 * @property {number} different_count
 *
 * @typedef {Object} LogLine
 * @property {number} line
 * @property {string} time
 * @property {string} text
 * @property {"stdout"|"stderr"|"log"} source
 * @property {"debug"|"info"|"warning"|"error"} [level]
 * @property {number} attempt
 * @property {number} rank
 * @property {number} [redacted_by]
 *
 * @typedef {Object} LogLineList
 * @property {LogLine[]} lines
 * @property {number} total
 * @property {number} last_line
 *
 * @typedef {Object} ConfigurationProblem
 * @property {string} field
 * @property {string} message
 * @property {number} [line]
 *
 * @typedef {Object} SessionGroup
 * @property {string} [group]
 * @property {number} sessions
 * @property {string[]} session_ids
 * @property {{field: string, count: number, mean: MetricValue, std: MetricValue}[]} values
 *
 * @typedef {Object} SessionGroupList
 * @property {string} by
 * @property {SessionGroup[]} groups
 * @property {number} total
 * @property {number} total_sessions
 *
 * @typedef {Object} HostReadingHistory
 * @property {{name: string, rank: number, host: string, times: string[], values: MetricValue[]}[]} series
 *
 * @typedef {Object} Webhook
 * @property {string} webhook_id
 * @property {string} url
 * @property {string[]} events
 * @property {string} format
 * @property {string} [filter]
 * @property {boolean} enabled
 * @property {"active"|"failing"|"no_transport"|"disabled"|"deleted"} status
 * @property {string} [message]
 * @property {boolean} signed
 * @property {string} [secret]
 * @property {number} delivered_count
 * @property {number} failed_count
 * @property {string} [last_attempt_at]
 * @property {string} [next_attempt_at]
 *
 * @typedef {Object} Delivery
 * @property {string} id
 * @property {string} event
 * @property {string} session_id
 * @property {"delivered"|"retrying"|"failed"|"pending"} status
 * @property {number} attempts
 * @property {number} [status_code]
 * @property {number} [response_time_ms]
 * @property {string} [error_message]
 * @property {string} created_at
 * @property {string} [last_attempt_at]
 * @property {string} [body]
 *
 * @typedef {Object} StorageShare
 * @property {string} name
 * @property {number} file_count
 * @property {number} size_bytes
 *
 * @typedef {Object} Storage
 * @property {number} file_count
 * @property {number} size_bytes
 * @property {number} stored_size_bytes
 * @property {number} freed_by_pruning_bytes
 * @property {StorageShare[]} kinds
 * @property {StorageShare[]} sessions
 *
 * @typedef {Object} Gpu
 * @property {number} id
 * @property {string} [name]
 * @property {number} [utilization]
 * @property {number} [memory_used_gb]
 * @property {number} [memory_total_gb]
 *
 * @typedef {Object} Resources
 * @property {{percent: number, count: number}} cpu
 * @property {{percent: number, total_bytes: number}} memory
 * @property {{percent: number, free_bytes: number}} disk
 * @property {Gpu[]} [gpu]
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
 * @typedef {Object} ModelAlias
 * @property {string} model
 * @property {string} alias
 * @property {string} checkpoint_id
 * @property {string} session_id
 * @property {number} epoch
 * @property {string} [metric_name]
 * @property {number} [metric_value]
 * @property {string} digest
 * @property {number} file_size_bytes
 * @property {string} reason
 * @property {string} [by]
 * @property {string} actor
 * @property {string} set_at
 * @property {number} position
 *
 * @typedef {{name: string, aliases: Pick<ModelAlias, "alias"|"checkpoint_id"|"session_id">[], updated_at: string}} ModelSummary
 * @typedef {{alias: string, action: "set"|"removed", checkpoint_id?: string, session_id?: string, previous_checkpoint_id?: string,
 *   reason: string, by?: string, actor: string, changed_at: string, position: number}} ModelChange
 * @typedef {{name: string, aliases: ModelAlias[], history: ModelChange[], total: number}} ModelDocument
 * @typedef {{kind: string, summary: string, missing?: boolean, facts: Record<string, string|number|boolean|object>, position?: number, recorded_at?: string,
 *   actor?: string}} LineageStep
 * @typedef {{position: number, header: string, salt?: string, payload?: string, inclusion: {leaf_index: number, hashes: string[]}}} ProvenEvent
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
 * @property {{name: string}[]} [series]
 * @property {Record<string, MetricValue>} [metrics]
 */

export {};
