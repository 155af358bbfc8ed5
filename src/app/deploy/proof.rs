//! What was proven of a deployment, in sentences for the ledger and for people.
//!
//! Not here: the judgement itself (`judge::rollout`).

use crate::judge::rollout::Proof;
use crate::model::container::ContainerHealth;
use crate::model::delivery::Deploy;
use crate::model::sighting::Binding;

/// What is said of an image that names no commit of this repository: how it would.
const UNTIED: &str = "nothing ties the image to a commit: build it with \
     `--label org.opencontainers.image.revision=$(git rev-parse HEAD)`, or with that label under `build` in the compose file";

/// The sentences, one for each thing that was proven or that could not be.
pub fn sentences(deploy: &Deploy, proof: &Proof) -> Vec<String> {
    let mut sentences: Vec<String> = proof
        .containers
        .iter()
        .map(|container| {
            let image = container.image.get(..19).unwrap_or(&container.image);
            let well = if container.health == Some(ContainerHealth::Healthy) {
                ", and its own health check says that it is well"
            } else {
                ""
            };
            format!(
                "container {} runs `{}` ({image}), restarted {} times{well}",
                container.short_id(),
                container.reference,
                container.restarts
            )
        })
        .collect();
    if !proof.is_tied {
        sentences.push(UNTIED.to_owned());
    }
    if let Some(health) = &deploy.health {
        sentences.push(format!(
            "`{}` answered as declared for {:.1} s without a break: {}",
            health.url,
            proof.window.as_secs_f64(),
            match proof.binding {
                Some(Binding::Body) => "its answer names the container",
                Some(Binding::Port) => "its port is published by the container",
                Some(Binding::Unbound) | None => "nothing shows which container answered",
            }
        ));
    } else {
        sentences.push(format!("all was steady for {:.1} s", proof.window.as_secs_f64()));
    }
    if !deploy.logs.error.is_empty() && !proof.containers.is_empty() {
        sentences.push("no line of the log since the start tells of a fault".to_owned());
    }
    sentences
}
