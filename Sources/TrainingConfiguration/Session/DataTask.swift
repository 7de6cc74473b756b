/// The task that a network is trained for: to find nodules (a heatmap) or to outline them (a mask).
package enum DataTask: String, Sendable { case detection, segmentation }
