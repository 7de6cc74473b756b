/// The plans of the last four shapes used, most recent last.
struct PlanCache {
    private var plans: [UNet3DPlan] = []

    /// The plan for `shape`, made by `make` if it is not here.
    mutating func plan(
        for shape: VolumeShape, make: () throws(TensorEngineError) -> UNet3DPlan
    ) throws(TensorEngineError) -> UNet3DPlan {
        if let index = plans.lastIndex(where: { $0.inputShape == shape }) {
            let plan = plans[index]
            if index != plans.count - 1 {
                plans.remove(at: index)
                plans.append(plan)
            }
            return plan
        }
        if plans.count == 4 { plans.removeFirst() }
        let plan = try make()
        plans.append(plan)
        return plan
    }
}
