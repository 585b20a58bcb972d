// ContainerEngine
