import Processes
package import TrainingConfiguration

/// The variables a supervised program gets: some of the supervisor's own, what the configuration adds, and who it is.
///
/// `PIVOT_URL`, `PIVOT_SESSION_ID`, `PIVOT_ATTEMPT` and `PIVOT_LEASE` let it speak the API as its attempt
/// (`Authorization: Lease …`). `PIVOT_CONFIG` names a file with the resolved configuration as JSON,
/// `PIVOT_SESSION_FOLDER` a folder of the session's own that stays from attempt to attempt.
/// `PIVOT_RESUME_CHECKPOINT_ID`, `PIVOT_RESUME_EPOCH` and `PIVOT_RESUME_STEP` are there when there is a checkpoint to go on
/// from. `PIVOT_SUPERVISOR_PID` marks its processes.
package enum CommandEnvironment {
    /// The supervisor's variables that are passed on without being named: no secrets, nothing of the server's.
    package static let passedNames: Set<String> = [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "CUDA_VISIBLE_DEVICES",
        "CUDA_HOME", "NVIDIA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "OMP_NUM_THREADS",
        "OMP_WAIT_POLICY", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS",
    ]

    /// All variables of the program of one attempt.
    package static func variables(
        _ settings: CommandSettings, in place: CommandPlace, session: String, lease: AttemptLease,
        configurationFile: String, resume: ResumePoint?
    ) -> [String: String] {
        let named = passedNames.union(settings.passedEnvironment)
        var variables = place.environment.filter { name, _ in named.contains(name) || name.hasPrefix("LC_") }
        variables.merge(settings.environment) { _, own in own }
        variables["PIVOT_URL"] = place.serverURL
        variables[ProcessMark.sessionVariable] = session
        variables[ProcessMark.supervisorVariable] = String(place.processID)
        variables["PIVOT_ATTEMPT"] = String(lease.attempt)
        variables["PIVOT_LEASE"] = lease.token
        variables["PIVOT_CONFIG"] = configurationFile
        variables["PIVOT_SESSION_FOLDER"] = place.sessionFolder
        if let resume {
            variables["PIVOT_RESUME_CHECKPOINT_ID"] = resume.checkpointID
            variables["PIVOT_RESUME_EPOCH"] = String(resume.epoch)
            variables["PIVOT_RESUME_STEP"] = String(resume.step)
        }
        return variables
    }
}
